#!/usr/bin/env bash
# Makes the secrets of a trial below secrets/, those that are not there yet: an authority of the
# installation, a certificate for each service and an operator, keys of the stores, tokens. Needs
# OpenSSL alone. To make one anew, remove its files and run it again; but never the root secret,
# without which no key can be read any more.
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p secrets
cd secrets

extensions=$(mktemp)
trap 'rm -f "$extensions"' EXIT

key() { # FILE
  [ -s "$1" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null
}

authority() {
  key ca.key
  [ -s ca.crt ] && return
  openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj '/CN=Countermark installation' \
    -addext keyUsage=critical,keyCertSign,cRLSign -out ca.crt
  rm -f ./*.leaf.crt
}

certificate() { # NAME USAGE [EXTENSION]...
  local name=$1 usage=$2
  shift 2
  key "$name.key"
  [ -s "$name.leaf.crt" ] && return
  printf '%s\n' basicConstraints=critical,CA:false keyUsage=critical,digitalSignature \
    extendedKeyUsage="$usage" subjectKeyIdentifier=hash authorityKeyIdentifier=keyid "$@" >"$extensions"
  openssl req -new -key "$name.key" -subj "/CN=$name" \
    | openssl x509 -req -sha256 -days 730 -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
      -extfile "$extensions" -out "$name.leaf.crt" 2>/dev/null
}

text() { # FILE
  [ -s "$1" ] || printf '%s' "$(openssl rand -hex 32)" >"$1"
}

authority
for client in upload-gateway signer-nuget signer-oci signer-swift operator; do
  certificate "$client" clientAuth
done
certificate key-service serverAuth \
  subjectAltName=DNS:key-service,DNS:key-service.countermark.svc,DNS:localhost
for file in admin-token gateway-secret packages-store keys-store; do
  text "$file"
done
[ -s root-secret ] || openssl rand -out root-secret 48
printf 'secrets are in %s; keep root-secret, apart from everything else\n' "$PWD"
