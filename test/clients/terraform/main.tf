# What a team keeps in Terraform: mounts, auth methods, policies, roles and secrets, and a namespace with the same in it.

terraform {
  required_providers {
    vault = {
      source  = "hashicorp/vault"
      version = "5.9.0"
    }
  }
}

variable "name" {
  description = "What the names of this run begin with."
}

variable "place" {
  description = "Where the mounts are that move."
  default     = "first"
}

variable "floor" {
  description = "Changes resources in place."
  default     = "1"
}

provider "vault" {}

# Secrets engines

resource "vault_mount" "one" {
  path        = "${var.name}-one"
  type        = "kv"
  description = "floor ${var.floor}"
  options     = { version = "1" }
}

resource "vault_mount" "two" {
  path                      = "${var.name}-two"
  type                      = "kv-v2"
  default_lease_ttl_seconds = 3600
  max_lease_ttl_seconds     = 7200
}

resource "vault_mount" "generic" {
  path = "${var.name}-generic"
  type = "generic"
}

resource "vault_mount" "ssh" {
  path = "${var.name}-ssh"
  type = "ssh"
}

resource "vault_ssh_secret_backend_role" "otp" {
  name         = "otp"
  backend      = vault_mount.ssh.path
  key_type     = "otp"
  default_user = "ubuntu"
  cidr_list    = "10.0.0.0/8"
}

resource "vault_mount" "moving" {
  path    = "${var.name}-${var.place}/kv"
  type    = "kv"
  options = { version = "2" }
}

# Secrets

resource "vault_kv_secret" "one" {
  path      = "${vault_mount.one.path}/app"
  data_json = jsonencode({ floor = var.floor })
}

resource "vault_kv_secret_backend_v2" "two" {
  mount        = vault_mount.two.path
  max_versions = 5
}

resource "vault_kv_secret_v2" "two" {
  mount     = vault_mount.two.path
  name      = "deep/app"
  data_json = jsonencode({ floor = var.floor, tries = 3 })
  custom_metadata {
    max_versions = 4
    data         = { owner = "ann" }
  }
}

resource "vault_generic_secret" "one" {
  path      = "${vault_mount.one.path}/generic"
  data_json = jsonencode({ floor = var.floor })
}

data "vault_kv_secret_v2" "two" {
  mount = vault_mount.two.path
  name  = vault_kv_secret_v2.two.name
}

output "floor" {
  value     = data.vault_kv_secret_v2.two.data["floor"]
  sensitive = true
}

# Who may do what

data "vault_policy_document" "reader" {
  rule {
    path         = "${vault_mount.two.path}/data/*"
    capabilities = ["read"]
    description  = "floor ${var.floor}"
  }
}

resource "vault_policy" "reader" {
  name   = "${var.name}-reader"
  policy = data.vault_policy_document.reader.hcl
}

resource "vault_token_auth_backend_role" "deploy" {
  role_name        = "${var.name}-deploy"
  allowed_policies = [vault_policy.reader.name]
  orphan           = true
  token_period     = 3600
}

resource "vault_token" "deploy" {
  role_name = vault_token_auth_backend_role.deploy.role_name
  policies  = [vault_policy.reader.name]
}

# Auth methods

resource "vault_auth_backend" "users" {
  path        = "${var.name}-users"
  type        = "userpass"
  description = "floor ${var.floor}"
  tune {
    default_lease_ttl  = "20m"
    max_lease_ttl      = "1h"
    listing_visibility = "unauth"
  }
}

resource "vault_generic_endpoint" "ann" {
  path                 = "auth/${vault_auth_backend.users.path}/users/ann"
  ignore_absent_fields = true
  data_json            = jsonencode({ password = "password-of-ann", token_policies = [vault_policy.reader.name] })
}

resource "vault_auth_backend" "moving" {
  path = "${var.name}-${var.place}/users"
  type = "userpass"
}

resource "vault_auth_backend" "apps" {
  path = "${var.name}-apps"
  type = "approle"
}

resource "vault_approle_auth_backend_role" "web" {
  backend        = vault_auth_backend.apps.path
  role_name      = "web"
  token_policies = [vault_policy.reader.name]
  token_ttl      = 600
}

resource "vault_approle_auth_backend_role_secret_id" "web" {
  backend   = vault_auth_backend.apps.path
  role_name = vault_approle_auth_backend_role.web.role_name
  metadata  = jsonencode({ floor = "all" })
}

resource "vault_approle_auth_backend_login" "web" {
  backend   = vault_auth_backend.apps.path
  role_id   = vault_approle_auth_backend_role.web.role_id
  secret_id = vault_approle_auth_backend_role_secret_id.web.secret_id
}

# A namespace

resource "vault_namespace" "team" {
  path            = "${var.name}-team"
  custom_metadata = { floor = var.floor }
}

resource "vault_mount" "team" {
  namespace = vault_namespace.team.path
  path      = "kv"
  type      = "kv-v2"
}

resource "vault_kv_secret_v2" "team" {
  namespace = vault_namespace.team.path
  mount     = vault_mount.team.path
  name      = "app"
  data_json = jsonencode({ floor = var.floor })
}

resource "vault_policy" "team" {
  namespace = vault_namespace.team.path
  name      = "reader"
  policy    = "path \"kv/*\" { capabilities = [\"read\"] }"
}
