package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
)

// A server on this machine is out of reach unless it is allowed.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "a debug file")
	}))
	defer server.Close()

	for _, allow := range [][]string{nil, {"127.0.0.1"}} {
		client, err := fetch.New(fetch.Options{Allow: allow})
		if err != nil {
			fmt.Println(err)
			return
		}
		var file strings.Builder
		err = client.Get(context.Background(), fetch.Request{URL: server.URL + "/app.debug"}, &file)
		if failure, ok := errors.AsType[*fetch.Error](err); ok {
			fmt.Printf("%s: %v\n", failure.Kind, failure.Err)
		} else {
			fmt.Println(file.String())
		}
		client.Close()
	}
	// Output:
	// refused: address 127.0.0.1 is not public and not allowed
	// a debug file
}
