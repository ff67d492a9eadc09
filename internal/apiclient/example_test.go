package apiclient_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"mailferry/internal/apiclient"
)

func ExampleClient_Do() {
	// In place of a running server.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"data": {"runner": {"queued": 3}}}`)
	}))
	defer server.Close()

	client := &apiclient.Client{URL: server.URL, Token: "a token"}
	var answer struct{ Runner struct{ Queued int } }
	if err := client.Do(context.Background(), `{ runner { queued } }`, nil, &answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Runner.Queued, "jobs wait")
	// Output:
	// 3 jobs wait
}
