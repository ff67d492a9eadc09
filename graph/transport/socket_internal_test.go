package transport

import (
	"encoding/json"
	"testing"
)

func TestInitPayloadsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]struct {
		authorization string
		ok            bool
	}{
		``:                               {"", true},
		`null`:                           {"", true},
		`{}`:                             {"", true},
		`{"other":[1,{"a":null}]}`:       {"", true},
		`{"Authorization":"Bearer x"}`:   {"Bearer x", true},
		`{"authorization":"Bearer x"}`:   {"Bearer x", true},
		`{"Authorization":null}`:         {"", true},
		`{"Authorization":5}`:            {"", false},
		`{"Authorization":["Bearer x"]}`: {"", false},
		`{"Authorization":"a","AUTHORIZATION":"b"}`: {"", false},
		`[]`:         {"", false},
		`"Bearer x"`: {"", false},
		`true`:       {"", false},
	} {
		authorization, ok := authorizationOf(json.RawMessage(payload))
		if ok != want.ok || ok && authorization != want.authorization {
			t.Errorf("%s is read as %q, %v", payload, authorization, ok)
		}
	}
}

func FuzzInitPayloads(f *testing.F) {
	for _, seed := range []string{`{"Authorization":"Bearer x"}`, `{"authorization":null,"Authorization":"y"}`, `[[[`, `{"a":{"Authorization":"z"}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		authorization, ok := authorizationOf(payload)
		if !ok {
			return
		}
		if authorization == "" {
			return
		}
		var fields map[string]any
		if err := json.Unmarshal(payload, &fields); err != nil {
			t.Fatalf("%q is no object and gave %q", payload, authorization)
		}
		for _, value := range fields {
			if value == authorization {
				return
			}
		}
		t.Fatalf("%q gave %q, which is none of its values", payload, authorization)
	})
}

func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`{"query":"subscription { jobChanged { id } }","variables":{"a":1}}`, `{"query":5}`, `[]`, `{"query":"{","variables":{"p":"secret"}} x`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		params, refused := decodeParams([]byte(payload))
		if (params == nil) != (refused != nil) {
			t.Fatalf("%q: %v, %v", payload, params, refused)
		}
		if refused != nil && (len(refused.message) > 120 || refused.status < 400) {
			t.Fatalf("%q: refused as %+v", payload, refused)
		}
	})
}
