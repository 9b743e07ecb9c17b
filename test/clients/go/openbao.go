//go:build !vault

// Package clients selects the API client of the tests: OpenBao's, or HashiCorp's with the build tag "vault".
package clients

import "github.com/openbao/openbao/api/v2"

type (
	Client               = api.Client
	Secret               = api.Secret
	MountInput           = api.MountInput
	MountConfigInput     = api.MountConfigInput
	EnableAuthOptions    = api.EnableAuthOptions
	TokenCreateRequest   = api.TokenCreateRequest
	RevokeOptions        = api.RevokeOptions
	KVMetadataPutInput   = api.KVMetadataPutInput
	KVMetadataPatch      = api.KVMetadataPatchInput
	ResponseError        = api.ResponseError
	LifetimeWatcherInput = api.LifetimeWatcherInput
)

var (
	ErrSecretNotFound = api.ErrSecretNotFound
	CheckAndSet       = api.WithCheckAndSet
	MergeMethod       = api.WithMergeMethod
)

// NewClient reads address and token from the environment.
func NewClient() (*Client, error) { return api.NewClient(api.DefaultConfig()) }
