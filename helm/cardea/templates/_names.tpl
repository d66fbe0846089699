{{/* Names, labels and images: every template asks here. A service is one of gateway, admin, token, worker, keys. */}}

{{- define "cardea.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select a service's pods and never change: {root, service}. */}}
{{- define "cardea.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end -}}

{{- define "cardea.labels" -}}
{{ include "cardea.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: cardea
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Services that have a certificate: those that speak gRPC, and `helm test`, which asks as an internal service would. */}}
{{- define "cardea.certified" -}}
{{- $all := list "gateway" "admin" "token" "worker" "keys" -}}
{{- if and .Values.tests.enabled .Values.tests.grpc }}{{ $all = append $all "test" }}{{ end -}}
{{- dict "services" $all | toYaml -}}
{{- end -}}

{{/* Services that have a Deployment: dict "services" [names]. */}}
{{- define "cardea.services" -}}
{{- $all := list "gateway" "admin" "token" "worker" "keys" -}}
{{- if .Values.clientResources.enabled }}{{ $all = append $all "controller" }}{{ end -}}
{{- dict "services" $all | toYaml -}}
{{- end -}}

{{/* The block of a service over the defaults: fromYaml (include "cardea.block" {root, service}). */}}
{{- define "cardea.block" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values .service)) | toYaml -}}
{{- end -}}

{{- define "cardea.image" -}}
{{- $image := .root.Values.image -}}
{{- printf "%s%s/%s:%s" $image.registry $image.repository .service (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}

{{- define "cardea.serviceAccount" -}}
{{- $block := fromYaml (include "cardea.block" .) -}}
{{- default (printf "%s-%s" (include "cardea.fullname" .root) .service) $block.serviceAccount.name -}}
{{- end -}}

{{/* The name a service answers to, which is also the one in its certificate: {root, service}. */}}
{{- define "cardea.host" -}}
{{- printf "%s-%s.%s.svc" (include "cardea.fullname" .root) .service .root.Release.Namespace -}}
{{- end -}}

{{- define "cardea.tlsSecret" -}}
{{- if eq .root.Values.mtls.mode "existingSecret" -}}
{{- printf "%s-%s" (required "mtls.secretPrefix is needed with mtls.mode existingSecret" .root.Values.mtls.secretPrefix) .service -}}
{{- else -}}
{{- printf "%s-%s-tls" (include "cardea.fullname" .root) .service -}}
{{- end -}}
{{- end -}}

{{/* Whether PostgreSQL and Redis of the chart's own run: not when real ones are named. */}}
{{- define "cardea.bundledPostgresql" -}}
{{- with .Values.database }}{{ if and $.Values.bundled.enabled (not .existingSecret) (not .url) }}true{{ end }}{{ end -}}
{{- end -}}
{{- define "cardea.bundledRedis" -}}
{{- with .Values.redis }}{{ if and $.Values.bundled.enabled (not .existingSecret) (not .cacheUrl) }}true{{ end }}{{ end -}}
{{- end -}}

{{/* Where a secret of Cardea's own is: "name key", out of `secrets.<which>`: {root, which}. */}}
{{- define "cardea.ownSecret" -}}
{{- $given := index .root.Values.secrets .which -}}
{{- default (printf "%s-secrets" (include "cardea.fullname" .root)) $given.existingSecret -}}
{{- end -}}

{{- define "cardea.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "cardea.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
