#!/bin/sh
# Makes the secrets of deploy/compose.yaml, once: random ones, keys for the admin API, and a certificate for each service (mutual TLS).
# What is there already stays. Usage: sh deploy/secrets.sh [DIRECTORY]
set -eu
directory="${1:-$(dirname "$0")/secrets}"
command -v openssl > /dev/null || { echo "deploy/secrets.sh: openssl is needed; install it and run this again" >&2; exit 1; }
umask 077
mkdir -p "$directory"
cd "$directory"

once() { [ -s "$1" ] || cat > "$1"; }
random() { openssl rand -hex "${1:-32}" | tr -d '\n'; }

random 24 | once postgres-password
printf 'postgres://cardea:%s@postgres:5432/cardea' "$(cat postgres-password)" | once dsn
random | once system
openssl rand -base64 32 | tr -d '\n' | once kek
printf 'cardea_ak_%s' "$(random)" | once login-key
printf 'cardea_ak_%s' "$(random)" | once operator-key

hash() { printf 'sha256:%s' "$(openssl dgst -sha256 -r < "$1" | cut -d ' ' -f 1)"; }
once admin.yaml << END
serve:
  admin:
    authentication:
      api_keys:
        - { name: login, hash: '$(hash login-key)', roles: [login-ui] }
        - { name: operator, hash: '$(hash operator-key)', roles: [operator, key-operator, introspector, auditor] }
END

if [ ! -s ca.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 -subj /CN=cardea-compose -keyout ca.key -out ca.pem 2> /dev/null
fi
for service in gateway admin token worker keys; do
  [ -s "$service.pem" ] && continue
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "/CN=$service" -keyout "$service.key" -out "$service.csr" 2> /dev/null
  printf 'subjectAltName=URI:spiffe://cardea.local/%s,DNS:%s\n' "$service" "$service" > "$service.ext"
  openssl x509 -req -in "$service.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -extfile "$service.ext" -out "$service.pem" 2> /dev/null
  rm -f "$service.csr" "$service.ext"
done

# Containers run as users of their own; what keeps others out is the directory.
chmod 0644 ./*
chmod 0600 ca.key
echo "secrets are in $(pwd); the key of the admin API for you is operator-key"
