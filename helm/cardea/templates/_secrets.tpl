{{/* Which secrets reach which service, as files under /etc/cardea/secrets: never as environment, which dumps show. */}}

{{- define "cardea.secretFiles" -}}
{{- $root := .root -}}
{{- $made := printf "%s-secrets" (include "cardea.fullname" $root) -}}
{{- $files := list -}}
{{- if has .service (list "token" "worker" "keys" "migrations") -}}
  {{- $own := index $root.Values.database.perService .service | default dict -}}
  {{- $secret := coalesce $own.existingSecret $root.Values.database.existingSecret $made -}}
  {{- $key := coalesce $own.key (ternary $root.Values.database.key "dsn" (ne $secret $made)) -}}
  {{- $files = append $files (dict "secret" $secret "key" $key "file" "dsn") -}}
  {{- with $root.Values.database.caKey -}}
    {{- $authority := required "database.existingSecret is needed with database.caKey: the Secret that has it" $root.Values.database.existingSecret -}}
    {{- $files = append $files (dict "secret" $authority "key" . "file" "postgresql-ca.crt") -}}
  {{- end -}}
{{- end -}}
{{- if has .service (list "token" "worker") -}}
  {{- $given := $root.Values.redis.existingSecret -}}
  {{- $secret := default $made $given -}}
  {{- $files = append $files (dict "secret" $secret "key" (ternary $root.Values.redis.cacheKey "cache-url" (ne $given "")) "file" "cache-url") -}}
  {{- $files = append $files (dict "secret" $secret "key" (ternary $root.Values.redis.queueKey "queue-url" (ne $given "")) "file" "queue-url") -}}
{{- end -}}
{{- if has .service (list "token" "worker") -}}
  {{- $files = append $files (include "cardea.ownSecretFile" (dict "root" $root "which" "system" "file" "system") | fromYaml) -}}
{{- end -}}
{{- if eq .service "token" -}}
  {{- if dig "oidc" "subject_identifiers" "supported_types" "" $root.Values.config | toString | contains "pairwise" -}}
    {{- $files = append $files (include "cardea.ownSecretFile" (dict "root" $root "which" "pairwiseSalt" "file" "pairwise-salt") | fromYaml) -}}
  {{- end -}}
{{- end -}}
{{- if has .service (list "keys" "migrations") -}}
  {{- if $root.Values.hsm.enabled -}}
    {{- $secret := required "hsm.pin.existingSecret is needed with hsm.enabled" $root.Values.hsm.pin.existingSecret -}}
    {{- $files = append $files (dict "secret" $secret "key" $root.Values.hsm.pin.key "file" "pin") -}}
    {{- $files = append $files (include "cardea.ownSecretFile" (dict "root" $root "which" "audit" "file" "audit") | fromYaml) -}}
  {{- else -}}
    {{- $files = append $files (include "cardea.ownSecretFile" (dict "root" $root "which" "kek" "file" "kek") | fromYaml) -}}
  {{- end -}}
{{- end -}}
{{- dict "files" $files | toYaml -}}
{{- end -}}

{{- define "cardea.ownSecretFile" -}}
{{- $given := index .root.Values.secrets .which -}}
secret: {{ include "cardea.ownSecret" . }}
key: {{ ternary $given.key .file (ne $given.existingSecret "") }}
file: {{ .file }}
{{- end -}}

{{/* The projected volume of them. */}}
{{- define "cardea.secretVolume" -}}
{{- $files := (fromYaml (include "cardea.secretFiles" .)).files -}}
{{- if $files -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $files }}
      - secret: { name: {{ .secret }}, items: [{ key: {{ .key }}, path: {{ .file }} }] }
      {{- end }}
{{- end -}}
{{- end -}}
