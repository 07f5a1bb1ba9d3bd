// Holds files of WorkflowTemplates and Workflows against Argo's own code: its linter, offline and
// strict, and its evaluation of what a further try gets and whether there is one.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/argoproj/argo-workflows/v3/cmd/argo/lint"
	"github.com/argoproj/argo-workflows/v3/pkg/apiclient"
	"github.com/argoproj/argo-workflows/v3/pkg/apis/workflow"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	"github.com/argoproj/argo-workflows/v3/util/expr/env"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"sigs.k8s.io/yaml"
)

func main() {
	files := os.Args[1:]
	for _, file := range files {
		must(tries(file))
	}
	ctx, client, err := apiclient.NewClientFromOpts(apiclient.Opts{
		Context: context.Background(), Offline: true, OfflineFiles: files,
	})
	must(err)
	kinds := []string{workflow.WorkflowPlural, workflow.WorkflowTemplatePlural}
	must(lint.RunLint(ctx, client, kinds, "simple", true, lint.LintOptions{
		Files: files, Strict: true, Printer: os.Stdout,
	}))
}

// What the controller makes of the expressions of a template, for the exit code of the try before.
func tries(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var found wfv1.WorkflowTemplate
	if err := yaml.Unmarshal(text, &found); err != nil || found.Kind != "WorkflowTemplate" {
		return err
	}
	for _, tmpl := range found.Spec.Templates {
		for number, code := range []string{"0", "65", "66", "75", "137", "143", "-1", "75", "137"} {
			try := fmt.Sprint(min(number, 1) + number/7)
			scope := map[string]string{
				common.LocalVarRetries:             try,
				common.LocalVarRetriesLastExitCode: code,
				common.LocalVarRetriesLastDuration: "1",
				common.LocalVarRetriesLastStatus:   "Failed",
				common.LocalVarRetriesLastMessage:  "",
			}
			made, err := common.SubstituteParams(&tmpl, map[string]string{}, scope)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			_, memory, _ := strings.Cut(made.PodSpecPatch, "memory:")
			again, err := argoexpr.EvalBool(tmpl.RetryStrategy.Expression, env.GetFuncMap(map[string]any{
				"lastRetry": map[string]any{"exitCode": code},
			}))
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			fmt.Printf("%s/%s: after %s, try %s: again %v, memory %s\n", found.Name, tmpl.Name, code,
				try, again, strings.TrimSpace(memory))
		}
	}
	return nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
