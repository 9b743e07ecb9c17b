package clients

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// root is a client with the root token of the service under test, in the namespace given.
func root(t *testing.T, namespace string) *Client {
	t.Helper()
	if os.Getenv("BAO_ADDR") == "" && os.Getenv("VAULT_ADDR") == "" {
		t.Fatal("BAO_ADDR or VAULT_ADDR has to name the service")
	}
	client := must(NewClient())(t)
	if namespace != "" {
		client.SetNamespace(namespace)
	}
	return client
}

// as is a client with that token alone.
func as(t *testing.T, token string) *Client {
	t.Helper()
	client := root(t, "")
	client.SetToken(token)
	return client
}

// must ends the test on an error: must(call())(t) is the call's value.
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return value
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// refused wants the error of an answer, with that status and text.
func refused(t *testing.T, err error, status int, text string) {
	t.Helper()
	var response *ResponseError
	if !errors.As(err, &response) {
		t.Fatalf("no answer with an error, but: %v", err)
	}
	equal(t, "status", response.StatusCode, status)
	if !strings.HasPrefix(err.Error(), "Error making API request.") && !strings.Contains(err.Error(), ": Error making API request.") {
		t.Fatalf("not the words of the client: %v", err)
	}
	if !strings.Contains(err.Error(), text) {
		t.Fatalf("%q is missing in: %v", text, err)
	}
}

// unique is a name that nobody else has.
func unique(kind string) string {
	bytes := make([]byte, 5)
	_, _ = rand.Read(bytes) // Never fails.
	return kind + "-" + hex.EncodeToString(bytes)
}

// mounted is the path of a new secrets engine.
func mounted(t *testing.T, client *Client, engine string, options map[string]string) string {
	t.Helper()
	path := unique(engine)
	check(t, client.Sys().Mount(path, &MountInput{Type: engine, Description: "for a test", Options: options}))
	return path
}

func kv1(t *testing.T, client *Client) string {
	t.Helper()
	return mounted(t, client, "kv", map[string]string{"version": "1"})
}

func kv2(t *testing.T, client *Client) string {
	t.Helper()
	return mounted(t, client, "kv", map[string]string{"version": "2"})
}

// enabled is the path of a new auth method, below auth/.
func enabled(t *testing.T, client *Client, method string) string {
	t.Helper()
	path := unique(method)
	check(t, client.Sys().EnableAuthWithOptions(path, &EnableAuthOptions{Type: method}))
	return path
}

// move waits as the client does, and fails when that takes conspicuously long.
func move(t *testing.T, client *Client, from, to string) {
	t.Helper()
	began := time.Now()
	check(t, client.Sys().Remount(from, to))
	if took := time.Since(began); took > 10*time.Second {
		t.Fatalf("the move of %s to %s took %s", from, to, took)
	}
}
