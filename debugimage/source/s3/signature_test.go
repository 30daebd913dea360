package s3

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// checkSignature returns what is wrong with the signature in the query of a request,
// by the rules of Amazon's Signature Version 4.
func checkSignature(r *http.Request, secret string) string {
	q := r.URL.Query()
	scope := strings.Split(q.Get("X-Amz-Credential"), "/") // who, day, region, service, "aws4_request"
	if len(scope) != 5 {
		return "no credential"
	}
	var query []string
	for name, values := range q {
		if name != "X-Amz-Signature" {
			query = append(query, escape(name)+"="+escape(values[0]))
		}
	}
	slices.Sort(query)
	signed := strings.Split(q.Get("X-Amz-SignedHeaders"), ";")
	headers := ""
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers += name + ":" + strings.TrimSpace(value) + "\n"
	}
	request := strings.Join([]string{
		r.Method, strings.ReplaceAll(escape(r.URL.Path), "%2F", "/"), strings.Join(query, "&"), headers,
		strings.Join(signed, ";"), "UNSIGNED-PAYLOAD",
	}, "\n")
	text := strings.Join([]string{
		"AWS4-HMAC-SHA256", q.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), fmt.Sprintf("%x", sha256.Sum256([]byte(request))),
	}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range append(slices.Clone(scope[1:]), text) {
		sum := hmac.New(sha256.New, key)
		sum.Write([]byte(part))
		key = sum.Sum(nil)
	}
	if hex.EncodeToString(key) != q.Get("X-Amz-Signature") {
		return "another signature is expected of " + request
	}
	return ""
}

// escape escapes everything but letters, digits and "-._~".
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
