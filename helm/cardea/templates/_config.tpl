{{/* What each service reads: the operator's settings, under what the chart knows better (where to listen, who is where, which file
holds which secret). Each service gets only what it is to know. */}}

{{- define "cardea.config" -}}
{{- $own := (fromYaml (include "cardea.block" .)).config -}}
{{- $known := fromYaml (include (printf "cardea.config.%s" .service) .) -}}
{{- $all := fromYaml (include "cardea.config.everybody" .) -}}
{{- $merged := mergeOverwrite (deepCopy .root.Values.config) $own $all $known -}}
{{- if and (ne .service "token") (hasKey $merged "oidc") -}}
{{- /* Only token knows the salt of pairwise subjects, and settings that name them without it are no settings. */ -}}
{{- $_ := unset $merged.oidc "subject_identifiers" -}}
{{- end -}}
{{- toYaml $merged -}}
{{- end -}}

{{- define "cardea.config.everybody" -}}
serve:
  management: { host: 0.0.0.0, gateway: 4460, admin: 4461, token: 4462, worker: 4463, keys: 4464 }
  drain_grace: {{ printf "%vs" (fromYaml (include "cardea.block" .)).drainSeconds }}
{{- end -}}

{{- define "cardea.config.tls" -}}
tls: { ca_file: /etc/cardea/tls/ca.crt, cert_file: /etc/cardea/tls/tls.crt, key_file: /etc/cardea/tls/tls.key }
{{- end -}}

{{/* A gRPC server's address and TLS, and whom it lets in: {root, port, allow: {setting: service}, introspection: [names]}. */}}
{{- define "cardea.config.server" -}}
address: 0.0.0.0:{{ .port }}
{{ include "cardea.config.tls" . }}
allow:
  {{- range $setting, $service := .allow }}
  {{ $setting }}: [{{ include "cardea.host" (dict "root" $.root "service" $service) }}]
  {{- end }}
  {{- with .introspection }}
  introspection: {{ toJson . }}
  {{- end }}
{{- end -}}

{{- define "cardea.config.peer" -}}
addresses: ['{{ include "cardea.host" . }}:{{ .port }}']
{{ include "cardea.config.tls" . }}
{{- end -}}

{{- define "cardea.config.gateway" -}}
serve:
  public: { host: 0.0.0.0, port: 4444 }
peers:
  token:
    {{- include "cardea.config.peer" (dict "root" .root "service" "token" "port" 4450) | nindent 4 }}
{{- end -}}

{{- define "cardea.config.admin" -}}
serve:
  admin:
    host: 0.0.0.0
    port: 4445
    {{- if .root.Values.adminTls.enabled }}
    tls: { enabled: true, cert: { path: /etc/cardea/tls/tls.crt }, key: { path: /etc/cardea/tls/tls.key } }
    {{- end }}
    authentication:
      {{- with .root.Values.adminAuthentication.apiKeys }}
      api_keys: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.adminAuthentication.kubernetes }}
      {{- if .enabled }}
      jwt:
        issuer: {{ .issuer }}
        audience: {{ .audience }}
        jwks_url: https://kubernetes.default.svc/openid/v1/jwks
        ca_file: /var/run/cardea/api-server/ca.crt
        token_file: /var/run/cardea/api-server/token
        subjects:
          {{- if $.root.Values.clientResources.enabled }}
          - subject: system:serviceaccount:{{ $.root.Release.Namespace }}:{{ include "cardea.serviceAccount" (dict "root" $.root "service" "controller") }}
            roles: [client-operator]
          {{- end }}
          {{- if $.root.Values.tests.enabled }}
          - subject: system:serviceaccount:{{ $.root.Release.Namespace }}:{{ include "cardea.fullname" $.root }}-test
            roles: [login-ui, introspector, operator]
          {{- end }}
          {{- range .subjects }}
          - subject: system:serviceaccount:{{ default $.root.Release.Namespace .namespace }}:{{ .serviceAccount }}
            roles: {{ toJson .roles }}
          {{- end }}
      {{- end }}
      {{- end }}
peers:
  token:
    {{- include "cardea.config.peer" (dict "root" .root "service" "token" "port" 4450) | nindent 4 }}
  keys:
    {{- include "cardea.config.peer" (dict "root" .root "service" "keys" "port" 4451) | nindent 4 }}
{{- end -}}

{{- define "cardea.config.token" -}}
dsn_file: /etc/cardea/secrets/dsn
redis: { url_file: /etc/cardea/secrets/cache-url, queue_url_file: /etc/cardea/secrets/queue-url }
secrets: { system_file: /etc/cardea/secrets/system }
{{- if dig "oidc" "subject_identifiers" "supported_types" "" .root.Values.config | toString | contains "pairwise" }}
oidc: { subject_identifiers: { pairwise: { salt_file: /etc/cardea/secrets/pairwise-salt } } }
{{- end }}
serve:
  token:
    {{- $allow := dict "gateway" "gateway" "admin" "admin" "worker" "worker" -}}
    {{- $introspection := .root.Values.introspection.callers -}}
    {{- if and .root.Values.tests.enabled .root.Values.tests.grpc -}}
    {{- $introspection = append $introspection (include "cardea.host" (dict "root" .root "service" "test")) -}}
    {{- end -}}
    {{- include "cardea.config.server" (dict "root" .root "port" 4450 "allow" $allow "introspection" $introspection) | nindent 4 }}
peers:
  keys:
    {{- include "cardea.config.peer" (dict "root" .root "service" "keys" "port" 4451) | nindent 4 }}
{{- end -}}

{{- define "cardea.config.worker" -}}
dsn_file: /etc/cardea/secrets/dsn
redis: { url_file: /etc/cardea/secrets/cache-url, queue_url_file: /etc/cardea/secrets/queue-url }
# It seals anew what lies under a former one.
secrets: { system_file: /etc/cardea/secrets/system }
peers:
  token:
    {{- include "cardea.config.peer" (dict "root" .root "service" "token" "port" 4450) | nindent 4 }}
{{- end -}}

{{- define "cardea.config.keys" -}}
dsn_file: /etc/cardea/secrets/dsn
{{- if .root.Values.hsm.enabled }}
hsm:
  enabled: true
  library: {{ required "hsm.library is needed with hsm.enabled: the path of the PKCS#11 library" .root.Values.hsm.library }}
  token_label: {{ required "hsm.tokenLabel is needed with hsm.enabled" .root.Values.hsm.tokenLabel }}
  key_set_prefix: {{ .root.Values.hsm.keySetPrefix | quote }}
  sessions: {{ .root.Values.hsm.sessions }}
  pin_file: /etc/cardea/secrets/pin
# What the key-encryption keys would be good for as well.
keys: { audit: { secret_file: /etc/cardea/secrets/audit } }
{{- else }}
keys: { kek_file: /etc/cardea/secrets/kek }
{{- end }}
serve:
  keys:
    {{- $allow := dict "token" "token" "admin" "admin" -}}
    {{- include "cardea.config.server" (dict "root" .root "port" 4451 "allow" $allow) | nindent 4 }}
{{- end -}}

{{- define "cardea.config.controller" -}}
{{- $resources := .root.Values.clientResources -}}
{{- if not .root.Values.adminAuthentication.kubernetes.enabled -}}
{{- fail "clientResources.enabled needs adminAuthentication.kubernetes.enabled: the controller proves itself by its service account" -}}
{{- end -}}
controller:
  groups: {{ toJson $resources.groups }}
  namespaces: {{ toJson (ternary list (default (list .root.Release.Namespace) $resources.namespaces) $resources.allNamespaces) }}
  resync_period: {{ $resources.resyncPeriod }}
  ignore_hydra_admin: {{ $resources.ignoreHydraAdmin }}
  secret_keys: {{ toJson $resources.secretKeys }}
  admin:
    url: {{ include "cardea.adminUrl" .root }}
    token_file: /var/run/cardea/admin/token
    {{- if .root.Values.adminTls.enabled }}
    ca_file: /etc/cardea/admin-tls/ca.crt
    {{- end }}
  kubernetes:
    url: https://kubernetes.default.svc
    ca_file: /var/run/cardea/api-server/ca.crt
    token_file: /var/run/cardea/api-server/token
{{- end -}}

{{- define "cardea.adminUrl" -}}
http{{ if .Values.adminTls.enabled }}s{{ end }}://{{ include "cardea.host" (dict "root" . "service" "admin") }}:4445
{{- end -}}
