// Package web holds the web app and the GraphiQL page, and serves them.
//
// Both are written in TypeScript and built by Vite into the folder dist, which
// is embedded here, gzipped, when this package is compiled. dist is not under
// version control: where it has not been built, everything still compiles and
// [Handler] serves a page that says how to build it.
//
// The package promises the headers that a browser needs to treat the files
// safely and to cache them: a content security policy, the right types, an
// ETag on everything and a year of cache for files whose name carries a hash
// of their content. Who may see them is for the caller to decide: the app's
// files hold no secrets, but the playground is meant to be served behind the
// sign-in.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// The pattern matches dist where it exists, and always dist-absent.html, so
// that the package compiles either way. "all:" keeps files that begin with an
// underscore, as names made from a hash may.
//
//go:embed all:dist*
var embedded embed.FS

// absentPage is shown in place of pages that have not been built.
const absentPage = "dist-absent.html"

// Handler serves the web app: its files, and its page for every route of its
// own ("/", "/login", "/jobs/…", "/batches/…"). Other paths get the page as well, with
// status 404, so that the app can say so. Only GET and HEAD are answered.
func Handler() http.Handler {
	return newSite(embedded, "dist", "", appPolicy)
}

// GraphiQL serves the playground at /graphiql, and its files below it.
func GraphiQL() http.Handler {
	return newSite(embedded, "dist/graphiql", "/graphiql", graphiqlPolicy)
}

// Built tells whether the web app was there when this binary was compiled.
func Built() bool {
	_, err := fs.Stat(embedded, "dist/index.html.gz")
	return err == nil
}
