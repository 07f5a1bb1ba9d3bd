module thoth.invalid/argo-check

go 1.24

require github.com/argoproj/argo-workflows/v3 v3.7.18

// As Argo's own go.mod has it
replace github.com/olekukonko/tablewriter => github.com/olekukonko/tablewriter v0.0.5
