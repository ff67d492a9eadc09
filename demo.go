package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"

	"mailferry/internal/command"
	"mailferry/internal/demo"
	"mailferry/internal/migration"
)

// demoCommand moves sample mailboxes between two sample servers of its own.
type demoCommand struct {
	Addr string `default:"127.0.0.1:8080" env:"MAILFERRY_ADDR" help:"Address to listen on; a free port is taken if it is in use."`
	Exit bool   `help:"End after the jobs, with a code other than 0 if one did not succeed."`
	Open bool   `default:"true" help:"Open the web app in a browser where there is one." negatable:""`
}

// Run starts the sample servers and a server on an embedded database that is thrown away at
// the end, and lets jobs move the sample mailboxes.
func (c *demoCommand) Run(ctx context.Context, con command.Console) (err error) {
	folder, err := os.MkdirTemp("", "mailferry-demo-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	source, destination, err := demo.StartServers(ctx)
	if err != nil {
		return fmt.Errorf("start the sample servers: %w", err)
	}
	defer destination.Close()
	defer source.Close()

	password, token := rand.Text(), rand.Text()
	// Nothing of the operator's own configuration reaches the demonstration.
	inner := con
	inner.Environ = []string{"MAILFERRY_ADMIN_PASSWORD=" + password, "MAILFERRY_API_TOKEN=" + token}
	for _, name := range []string{"PATH", "TMPDIR"} {
		if value, ok := con.LookupEnv(name); ok {
			inner.Environ = append(inner.Environ, name+"="+value)
		}
	}
	configuration := command.Defaults()
	configuration.Data, configuration.Addr = folder, c.Addr
	configuration.Engine = migration.BuiltinEngine
	configuration.AllowedNetworks, configuration.AllowedPorts = "loopback", "1-65535"
	// Lines on what goes well would stand between those of the jobs; warnings matter.
	configuration.LogLevel = slog.LevelWarn
	serve := &serveCommand{Configuration: configuration}
	server, err := serve.open(ctx, inner)
	if err != nil {
		// Most likely somebody listens there already.
		serve.Addr = "127.0.0.1:0"
		if server, err = serve.open(ctx, inner); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	running, stop := context.WithCancelCause(ctx)
	served := make(chan error, 1)
	go func() { served <- server.Run(running) }()
	defer func() {
		stop(errors.New("the demonstration is over"))
		err = errors.Join(err, <-served)
	}()

	fmt.Fprintf(con.Out, "The web app is at %s — the password is %s\n\n", server.url, password)
	if c.Open && !c.Exit {
		openBrowser(ctx, con, server.url)
	}
	err = demo.Run(ctx, demo.Config{URL: server.url, Token: token, Source: source, Destination: destination, Output: con.Out})
	if ctx.Err() != nil {
		return nil
	}
	if c.Exit || err != nil && !errors.Is(err, demo.ErrNotSucceeded) {
		return err
	}
	fmt.Fprintf(con.Out, "\nThe web app is at %s — the password is %s\nPress Ctrl-C to end.\n", server.url, password)
	<-ctx.Done()
	return nil
}

// openBrowser shows the web app where there is a desktop. That there is none is no fault.
func openBrowser(ctx context.Context, con command.Console, url string) {
	if con.Getenv("DISPLAY") == "" && con.Getenv("WAYLAND_DISPLAY") == "" {
		return
	}
	if path, err := exec.LookPath("xdg-open"); err == nil {
		_ = exec.CommandContext(context.WithoutCancel(ctx), path, url).Start()
	}
}
