"""Creates a packaged stack on moto, and serves moto's AWS until the input ends.

Input, a line of JSON: `name` and `template` of the stack, the folder of its `archives`, the `types` that were packaged,
and `documents` with references. Output, a line of JSON: the `endpoint`, the `status` of the stack, which of the types are
`lacking` in moto, and the `documents` with what the references have become. Each archive is unpacked into a folder of its
name.
"""

import json
import sys
import zipfile

import boto3
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import clean_json, get_model_map
from moto.events.models import EventBus
from moto.logs.models import LogGroup
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
ACCOUNT = "123456789012"
BUCKET = "archives"

# What references become on AWS, and moto does not know: the name of a bus, and all streams of a log.
EventBus.physical_resource_id = property(lambda bus: bus.name)
LogGroup.get_cfn_attribute = lambda log, name: f"{log.arn}:*"


def client(service):
    keys = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
    return boto3.client(service, region_name=REGION, endpoint_url=endpoint, **keys)


asked = json.loads(sys.stdin.readline())
template = asked["template"]

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
endpoint = "http://{}:{}".format(*server.get_host_and_port())

s3 = client("s3")
s3.create_bucket(Bucket=BUCKET)
for resource in template["Resources"].values():
    if resource["Type"] != "AWS::Lambda::Function":
        continue
    code = resource["Properties"]["Code"]
    archive = code["S3Key"].split("/")[-1]
    file = "{}/{}".format(asked["archives"], archive)
    zipfile.ZipFile(file).extractall(file.removesuffix(".zip"))
    s3.upload_file(file, BUCKET, archive)
    code.update(S3Bucket=BUCKET, S3Key=archive)

cloudformation = client("cloudformation")
capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
cloudformation.create_stack(StackName=asked["name"], TemplateBody=json.dumps(template), Capabilities=capabilities)
[created] = cloudformation.describe_stacks(StackName=asked["name"])["Stacks"]

[stack] = cloudformation_backends[ACCOUNT][REGION].stacks.values()
answer = {
    "endpoint": endpoint,
    "status": created["StackStatus"],
    "lacking": sorted(set(asked["types"]) - set(get_model_map())),
    "documents": clean_json(asked["documents"], stack.resource_map),
}
print(json.dumps(answer), flush=True)
sys.stdin.read()
