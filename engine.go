package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"

	"mailferry/graph/model"
	"mailferry/internal/childproc"
	"mailferry/internal/command"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/migration"
	"mailferry/internal/models"
	"mailferry/internal/netguard"
)

// engineMemory is what the engine's heap should stay below, in bytes: the collector works
// harder rather than let a process per running job grow.
const engineMemory = 40 << 20

// runSync is the built-in engine as a program. Where the server starts it, its environment
// says where it may connect.
func runSync(ctx context.Context, args []string, con command.Console) int {
	debug.SetMemoryLimit(engineMemory)
	config := mailsync.Config{Version: version()}
	networks, ports := con.Getenv("MAILFERRY_ALLOWED_NETWORKS"), con.Getenv("MAILFERRY_ALLOWED_PORTS")
	if networks != "" || ports != "" {
		policy, err := netguard.Parse(cmp.Or(networks, "public,private"), cmp.Or(ports, "143,993"))
		if err != nil {
			fmt.Fprintln(con.Err, "mailferry sync:", err)
			return imapsync.ExitUsage
		}
		config.DialContext = policy.DialContext
	}
	// Where the server started it, it stops with the server, and with what entitles the server to run it.
	watch := childproc.WatchParent(ctx, con.Getenv, func(reason error) {
		_, _ = fmt.Fprintf(con.Out, "Stopped, with its connections cut: %v.\n", reason)
		os.Exit(childproc.ExitUnfed)
	})
	if watch != nil {
		dial := config.DialContext
		if dial == nil {
			dial = new(net.Dialer).DialContext
		}
		config.DialContext = watch.DialContext(dial)
	}
	return config.Main(ctx, args, con.Environ, con.Out, con.Err)
}

// checkEndpoint looks at one endpoint for the server, within the networks it allows.
func checkEndpoint(network *netguard.Policy) func(context.Context, imapsync.Endpoint, string) (model.EndpointCheck, error) {
	config := mailsync.Config{Version: version(), DialContext: network.DialContext}
	return func(ctx context.Context, e imapsync.Endpoint, password string) (model.EndpointCheck, error) {
		check, err := config.CheckEndpoint(ctx, e, password)
		return endpointCheck(check), err
	}
}

func endpointCheck(check mailsync.EndpointCheck) model.EndpointCheck {
	if !check.OK {
		return model.EndpointCheck{Error: nonEmpty(check.Error)}
	}
	return model.EndpointCheck{Ok: true, Folders: whole(&check.Folders), Messages: whole(&check.Messages), Bytes: &check.Bytes}
}

// previewFolders looks at both sides of a job for the server, within the networks it allows.
func previewFolders(network *netguard.Policy) func(context.Context, imapsync.Command, string, string) (model.FolderPreview, error) {
	config := mailsync.Config{Version: version(), DialContext: network.DialContext}
	return func(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (model.FolderPreview, error) {
		found, err := config.PreviewFolders(ctx, command, sourcePassword, destinationPassword)
		preview := model.FolderPreview{
			Source: endpointCheck(found.Source), Destination: endpointCheck(found.Destination),
			Folders: make([]*model.PreviewedFolder, len(found.Folders)), NotCopied: found.NotCopied, Unknown: found.Unknown,
		}
		for i, f := range found.Folders {
			preview.Folders[i] = &model.PreviewedFolder{
				Source: f.Source, Destination: f.Destination, Create: f.Create, CollidesWith: f.CollidesWith,
				Messages: whole(f.Messages), Bytes: f.Bytes, DestinationMessages: whole(f.DestinationMessages),
			}
		}
		return preview, err
	}
}

// precheck looks at both sides of a batch's job for the server, within the networks it allows.
func precheck(network *netguard.Policy) migration.CheckFunc {
	config := mailsync.Config{Version: version(), DialContext: network.DialContext}
	return func(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (models.Precheck, error) {
		found, err := config.Precheck(ctx, command, sourcePassword, destinationPassword)
		return models.Precheck{
			Error: found.Problem, Folders: found.Folders, Messages: found.Messages, Bytes: found.Bytes,
			BiggestMessage: found.BiggestMessage, QuotaFree: found.QuotaFree, SizeLimit: found.SizeLimit,
		}, err
	}
}

func whole(n *int64) *int {
	if n == nil {
		return nil
	}
	m := int(*n)
	return &m
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
