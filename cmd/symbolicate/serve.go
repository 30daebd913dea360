package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/nativesym/nativesym/cmd/symbolicate/serve"
)

const serveLong = `Serve symbolication to a pipeline over gRPC, on TCP and Unix sockets: the service
nativesym.v1.Symbolicator, with health checks and reflection.

Every setting can be given as a flag, in the environment as NATIVESYM_NAME, and in
a file as "name: value"; flags win over the environment, that over the file. What
a setting takes is the same everywhere.

On SIGTERM the server is not ready any more, takes no further requests, answers
those that it has accepted, and ends. A second signal ends it at once.`

func newServe() *cobra.Command {
	config := serve.Default()
	groups := config.Groups()
	var file string
	var check, health bool
	cmd := &cobra.Command{
		Use:   "serve [--config FILE] [--listen ADDRESS]... [--symbols DIR]...",
		Short: "Serve symbolication to a pipeline over gRPC",
		Long:  serveLong,
		Example: `  symbolicate serve --listen unix:/run/nativesym/socket --symbols /srv/symbols
  symbolicate serve --debuginfod https://debuginfod.debian.net/ --cache /var/cache/nativesym
  symbolicate serve --config /etc/nativesym/config.yaml --check`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				file = os.Getenv("NATIVESYM_CONFIG")
			}
			if err := serve.Load(groups, file, os.LookupEnv); err != nil {
				return err
			}
			switch {
			case check:
				if err := config.Check(); err != nil {
					return err
				}
				for _, name := range serve.Unknown(groups, os.Environ()) {
					fmt.Fprintf(cmd.ErrOrStderr(), "symbolicate serve: there is no setting for %s in the environment\n", name)
				}
				return serve.Print(cmd.OutOrStdout(), groups)
			case health:
				return askHealth(cmd, config)
			}
			return runServer(cmd, config)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&file, "config", "", "`file` with settings, in YAML (default $NATIVESYM_CONFIG)")
	f.BoolVar(&check, "check", false, "check the configuration, print all of it without secrets, and end")
	f.BoolVar(&health, "health", false, "ask the server that runs with this configuration whether it is ready, and end")
	for _, g := range groups {
		f.AddFlagSet(g.FlagSet)
	}
	return cmd
}

// runServer serves until a signal comes. The next one is not caught any more.
func runServer(cmd *cobra.Command, config *serve.Config) error {
	signalled, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM)
	defer stop()
	ctx, drain := context.WithCancel(context.WithoutCancel(cmd.Context()))
	defer drain()
	context.AfterFunc(signalled, func() {
		stop()
		drain()
	})
	return serve.Run(ctx, config, cmd.ErrOrStderr())
}

func askHealth(cmd *cobra.Command, config *serve.Config) error {
	if err := config.Health(cmd.Context()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), "ready")
	return err
}
