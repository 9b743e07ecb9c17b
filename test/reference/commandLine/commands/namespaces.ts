/** `bao namespace`, and the other commands inside a namespace. */

export const NAMESPACES = `
namespace list
namespace create team
namespace list -format=json
namespace create -custom-metadata=owner=ann -custom-metadata=floor=2 team/one
namespace create -format=json other
namespace create team
namespace create nowhere/below
namespace create sys
namespace list
namespace list -detailed
namespace scan
namespace lookup team
namespace lookup -format=json team/one
namespace patch -custom-metadata=owner=bob team
namespace patch -remove-custom-metadata=owner team
namespace patch -custom-metadata=owner=bob nothing
BAO_NAMESPACE=team namespace list
BAO_NAMESPACE=team secrets list
BAO_NAMESPACE=team secrets enable -version=2 kv
BAO_NAMESPACE=team kv put kv/app a=b
BAO_NAMESPACE=team kv get kv/app
kv get -namespace=team kv/app
secrets move team/kv kv-from-team
kv get kv-from-team/app
secrets move kv-from-team team/one/kv
BAO_NAMESPACE=team/one kv get kv/app
secrets move -namespace=team one/kv kv
secrets move -namespace=team kv ../kv
BAO_NAMESPACE=team policy write member - < 'path "kv/*" { capabilities = ["read"] }'
BAO_NAMESPACE=team policy list
BAO_NAMESPACE=team token create -policy=member -field=token > member
BAO_NAMESPACE=team BAO_TOKEN=$member token lookup
BAO_TOKEN=$member token lookup
BAO_NAMESPACE=team namespace lock > lock
BAO_NAMESPACE=team secrets list
BAO_NAMESPACE=team/one secrets list
namespace lookup team
BAO_NAMESPACE=team namespace lock
BAO_NAMESPACE=team namespace unlock
namespace unlock team
namespace lock other
namespace delete team
namespace delete team/one
namespace delete nothing
namespace list
`;
