#!/usr/bin/env bash
# Raises etcd, a real kube-apiserver and Argo's real controller on loopback, without containers, for
# scripts/argo-real.test.ts and for trying Thoth out. Pods run as processes of this machine:
# kubelet.mjs stands in for the kubelet and for Argo's executor. By hand, before a release.
#   scripts/argo/stack.sh build   both programs from their Go modules: an hour of one core, once
#   scripts/argo/stack.sh up      in half a minute; prints the kubeconfig (admin of everything)
#   scripts/argo/stack.sh down
# Needs Go, kubectl, openssl, Node and etcd (Debian: etcd-server). Programs and data lie in ARGO_BUILD,
# ~/.cache/thoth/argo-stack if not given. What pods run is found on the PATH of `up`.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=${ARGO_BUILD:-${XDG_CACHE_HOME:-$HOME/.cache}/thoth/argo-stack}
data=$build/data
kubernetes=1.34.4
port=${API_PORT:-16443}
etcd=http://127.0.0.1:$((port + 1))
export KUBECONFIG=$data/kubeconfig

# Staging modules of Kubernetes, which its own go.mod replaces
staging="api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider
  cluster-bootstrap code-generator component-base component-helpers controller-manager cri-api
  cri-client csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms
  kube-aggregator kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics
  mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller"

# main FOLDER PACKAGE NAME: builds a program of the module that FOLDER/go.mod names
main() {
  (
    cd "$1"
    printf '//go:build tools\n\npackage tools\n\nimport _ "%s"\n' "$2" >tools.go
    [ -f go.sum ] || go mod tidy
    GOFLAGS=-p=1 nice -n 19 go build -o "$build/$3" "$2"
  )
}

build() {
  mkdir -p "$build/apiserver" "$build/controller"
  {
    printf 'module thoth.invalid/apiserver\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes v%s\n\n' "$kubernetes"
    for module in $staging; do echo "replace k8s.io/$module => k8s.io/$module v0.${kubernetes#1.}"; done
  } >"$build/apiserver/go.mod"
  main "$build/apiserver" k8s.io/kubernetes/cmd/kube-apiserver kube-apiserver
  cp "$here/go.mod" "$build/controller"
  main "$build/controller" github.com/argoproj/argo-workflows/v3/cmd/workflow-controller workflow-controller
}

# start NAME COMMAND...: in the background, logging to NAME.log
start() {
  local name=$1
  shift
  (cd "$data" && exec setsid "$@" >"$name.log" 2>&1) &
  echo $! >"$data/$name.pid"
}

await() {
  for _ in $(seq 600); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.2
  done
  echo "no answer: $*" >&2
  return 1
}

down() {
  local file pid
  for file in "$data"/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    # A process id in a file may be another's by now
    [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(readlink -f "$data")" ] && kill "$pid"
    rm -f "$file"
  done
}

up() {
  down
  rm -rf "$data"
  mkdir -p "$data/pki"
  openssl genrsa -out "$data/pki/sa.key" 2048 2>/dev/null
  openssl rsa -in "$data/pki/sa.key" -pubout -out "$data/pki/sa.pub" 2>/dev/null
  local token
  token=$(openssl rand -hex 16)
  (umask 077 && echo "$token,admin,admin,system:masters" >"$data/tokens.csv")
  start etcd etcd --data-dir etcd --unsafe-no-fsync --listen-client-urls "$etcd" \
    --advertise-client-urls "$etcd" --listen-peer-urls "http://127.0.0.1:$((port + 2))"
  # Debian's etcd is too old for WatchList
  start apiserver "$build/kube-apiserver" --etcd-servers="$etcd" --bind-address=127.0.0.1 \
    --secure-port="$port" --cert-dir=pki --token-auth-file=tokens.csv --authorization-mode=RBAC \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=pki/sa.pub \
    --service-account-signing-key-file=pki/sa.key --disable-admission-plugins=ServiceAccount \
    --service-cluster-ip-range=10.0.0.0/24 --feature-gates=WatchList=false
  (umask 077 && cat >"$KUBECONFIG") <<CONFIG
apiVersion: v1
kind: Config
current-context: stack
clusters: [{name: stack, cluster: {server: "https://127.0.0.1:$port", certificate-authority: pki/apiserver.crt}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: stack, context: {cluster: stack, user: admin, namespace: thoth}}]
CONFIG
  await kubectl get --raw /readyz
  kubectl create namespace thoth
  local module
  module=$(cd "$build/controller" && go list -m -f '{{.Dir}}' github.com/argoproj/argo-workflows/v3)
  for crd in "$module"/manifests/base/crds/minimal/argoproj*.yaml; do
    kubectl apply --server-side -f "$crd"
  done
  kubectl wait --for=condition=Established crd --all
  kubectl create configmap workflow-controller-configmap
  start controller env KUBE_FEATURE_WatchListClient=false DEFAULT_REQUEUE_TIME=500ms \
    LEADER_ELECTION_IDENTITY=stack "$build/workflow-controller" --kubeconfig kubeconfig \
    --namespaced --managed-namespace thoth --executor-image none
  start kubelet env NODE_EXTRA_CA_CERTS="$data/pki/apiserver.crt" \
    SERVER="https://127.0.0.1:$port" TOKEN="$token" node "$here/kubelet.mjs"
  echo "$KUBECONFIG"
}

case ${1:-} in
  build | up | down) "$1" ;;
  *)
    echo "usage: $0 build|up|down" >&2
    exit 2
    ;;
esac
