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

// root returns a client with the root token of the service under test, in this namespace.
func root(t *testing.T, namespace string) *Client {
	t.Helper()
	if os.Getenv("BAO_ADDR") == "" && os.Getenv("VAULT_ADDR") == "" {
		t.Fatal("BAO_ADDR or VAULT_ADDR must name the service")
	}
	client := must(NewClient())(t)
	if namespace != "" {
		client.SetNamespace(namespace)
	}
	return client
}

// as returns a client that uses only this token.
func as(t *testing.T, token string) *Client {
	t.Helper()
	client := root(t, "")
	client.SetToken(token)
	return client
}

// must fails the test on an error: must(call())(t) is the call's value.
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

// refused checks that err is an answer with this status and error text.
func refused(t *testing.T, err error, status int, text string) {
	t.Helper()
	var response *ResponseError
	if !errors.As(err, &response) {
		t.Fatalf("want an answer with an error, got: %v", err)
	}
	equal(t, "status", response.StatusCode, status)
	if !strings.HasPrefix(err.Error(), "Error making API request.") && !strings.Contains(err.Error(), ": Error making API request.") {
		t.Fatalf("not in the format of the client: %v", err)
	}
	if !strings.Contains(err.Error(), text) {
		t.Fatalf("%q is missing in: %v", text, err)
	}
}

// unique returns a name that no other test uses.
func unique(kind string) string {
	bytes := make([]byte, 5)
	_, _ = rand.Read(bytes) // Never fails.
	return kind + "-" + hex.EncodeToString(bytes)
}

// mounted creates a secrets engine and returns its path.
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

// enabled creates an auth method and returns its path below auth/.
func enabled(t *testing.T, client *Client, method string) string {
	t.Helper()
	path := unique(method)
	check(t, client.Sys().EnableAuthWithOptions(path, &EnableAuthOptions{Type: method}))
	return path
}

// move moves a mount, waits as the client does, and fails if that takes too long.
func move(t *testing.T, client *Client, from, to string) {
	t.Helper()
	began := time.Now()
	check(t, client.Sys().Remount(from, to))
	if took := time.Since(began); took > 10*time.Second {
		t.Fatalf("the move of %s to %s took %s", from, to, took)
	}
}
