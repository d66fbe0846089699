{{/* The Deployment of a service and its pod, the same for all: {root, service, ports: {name: number}, management}. */}}

{{- define "cardea.deployment" -}}
{{- $root := .root -}}
{{- $block := fromYaml (include "cardea.block" .) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "cardea.fullname" $root }}-{{ .service }}
  labels: {{- include "cardea.labels" . | nindent 4 }}
spec:
  {{- if not (or $block.autoscaling.enabled $block.keda.enabled) }}
  replicas: {{ $block.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  {{- if eq .service "controller" }}
  # Two at once would only do each other's work again.
  strategy: { type: Recreate }
  {{- else }}
  # A new pod is ready before an old one goes.
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  {{- end }}
  selector:
    matchLabels: {{- include "cardea.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "cardea.labels" . | nindent 8 }}
        {{- with $block.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ include "cardea.config" . | sha256sum }}
        {{- with $block.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec: {{- include "cardea.pod" (merge (dict "block" $block) .) | nindent 6 }}
{{- end -}}

{{- define "cardea.pod" -}}
{{- $root := .root -}}
{{- $block := .block -}}
serviceAccountName: {{ include "cardea.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $block.terminationGracePeriodSeconds }}
securityContext: {{- include "cardea.podSecurity" $root | nindent 2 }}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $block.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $block.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $block.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $block.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- with $block.topologySpreadConstraints }}
  {{- toYaml . | nindent 2 }}
  {{- else }}
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: { matchLabels: {{ include "cardea.selector" $ | fromYaml | toJson }} }
  {{- end }}
  {{- end }}
{{- $waits := and $root.Values.migrations.enabled (has .service (list "token" "worker" "keys")) }}
{{- $library := and (eq .service "keys") $root.Values.hsm.enabled $root.Values.hsm.libraryImage }}
{{- if or $waits $library }}
initContainers:
  {{- if $library }}
  {{- include "cardea.libraryContainer" $root | nindent 2 }}
  {{- end }}
  {{- if $waits }}
  - name: wait-for-schema
    image: {{ include "cardea.image" (dict "root" $root "service" "tools") }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args: [migrate, status, --block, --config, /etc/cardea/config/cardea.yaml]
    securityContext: {{- include "cardea.containerSecurity" $root | nindent 6 }}
    resources: {{- toYaml $root.Values.migrations.resources | nindent 6 }}
    volumeMounts: {{- include "cardea.mounts" . | nindent 6 }}
  {{- end }}
{{- end }}
containers:
  - name: {{ .service }}
    image: {{ default (include "cardea.image" .) $block.image }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args: [--config, /etc/cardea/config/cardea.yaml]
    ports:
      {{- range $name, $number := .ports }}
      - { name: {{ $name }}, containerPort: {{ $number }}, protocol: TCP }
      {{- end }}
      - { name: management, containerPort: {{ .management }}, protocol: TCP }
    # Ready asks the database, the keys and the peers; alive asks nobody but the process. One minute to be alive: a pod that starts
    # while PostgreSQL is away waits for it, and is not ended for that.
    startupProbe: { httpGet: { path: /health/alive, port: management }, periodSeconds: 1, failureThreshold: 60 }
    readinessProbe: { httpGet: { path: /health/ready, port: management }, periodSeconds: 5, timeoutSeconds: 3 }
    livenessProbe: { httpGet: { path: /health/alive, port: management }, periodSeconds: 10, timeoutSeconds: 5 }
    securityContext: {{- include "cardea.containerSecurity" $root | nindent 6 }}
    resources: {{- toYaml $block.resources | nindent 6 }}
    {{- with $block.extraEnv }}
    env: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      {{- include "cardea.mounts" . | nindent 6 }}
      {{- with $block.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  {{- with $block.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- include "cardea.volumes" . | nindent 2 }}
  {{- with $block.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "cardea.mounts" -}}
- { name: config, mountPath: /etc/cardea/config, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- if (fromYaml (include "cardea.secretFiles" .)).files }}
- { name: secrets, mountPath: /etc/cardea/secrets, readOnly: true }
{{- end }}
{{- if has .service (fromYaml (include "cardea.certified" .root)).services }}
- { name: tls, mountPath: /etc/cardea/tls, readOnly: true }
{{- end }}
{{- if include "cardea.asksApiServer" . }}
- { name: api-server, mountPath: /var/run/cardea/api-server, readOnly: true }
{{- end }}
{{- if eq .service "controller" }}
- { name: admin, mountPath: /var/run/cardea/admin, readOnly: true }
{{- if .root.Values.adminTls.enabled }}
- { name: admin-tls, mountPath: /etc/cardea/admin-tls, readOnly: true }
{{- end }}
{{- end }}
{{- if and (has .service (list "keys" "migrations")) .root.Values.hsm.enabled .root.Values.hsm.libraryImage }}
- { name: pkcs11, mountPath: {{ .root.Values.hsm.libraryPath }}, readOnly: true }
{{- end }}
{{- end -}}

{{- define "cardea.volumes" -}}
- name: config
  configMap:
    name: {{ include "cardea.fullname" .root }}-config
    items: [{ key: {{ .service }}.yaml, path: cardea.yaml }]
- name: tmp
  emptyDir: { medium: Memory, sizeLimit: 16Mi }
{{- with include "cardea.secretVolume" . }}
{{ . }}
{{- end }}
{{- if has .service (fromYaml (include "cardea.certified" .root)).services }}
- name: tls
  secret:
    secretName: {{ include "cardea.tlsSecret" . }}
    defaultMode: 0440
    # Never the key of the authority, even where a secret holds it.
    items: [{ key: ca.crt, path: ca.crt }, { key: tls.crt, path: tls.crt }, { key: tls.key, path: tls.key }]
{{- end }}
{{- if include "cardea.asksApiServer" . }}
- name: api-server
  projected:
    defaultMode: 0440
    sources:
      # Admin asks the API server for its public keys, and its account has no rights; the controller's has those of its Role.
      - serviceAccountToken: { path: token, expirationSeconds: 3600 }
      - configMap: { name: kube-root-ca.crt, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- if eq .service "controller" }}
- name: admin
  projected:
    defaultMode: 0440
    sources: [{ serviceAccountToken: { path: token, audience: {{ .root.Values.adminAuthentication.kubernetes.audience }}, expirationSeconds: 3600 } }]
{{- if .root.Values.adminTls.enabled }}
- name: admin-tls
  secret: { secretName: {{ include "cardea.tlsSecret" (dict "root" .root "service" "admin") }}, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- end }}
{{- if and (has .service (list "keys" "migrations")) .root.Values.hsm.enabled .root.Values.hsm.libraryImage }}
- name: pkcs11
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* Whether a service has a token for the API server of the cluster. */}}
{{- define "cardea.asksApiServer" -}}
{{- if or (eq .service "controller") (and (eq .service "admin") .root.Values.adminAuthentication.kubernetes.enabled) }}true{{ end -}}
{{- end -}}

{{- define "cardea.libraryContainer" -}}
- name: pkcs11-library
  image: {{ .Values.hsm.libraryImage }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [cp, -rL, '{{ .Values.hsm.libraryPath }}/.', /pkcs11-out]
  securityContext: {{- include "cardea.containerSecurity" . | nindent 4 }}
  resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 64Mi } }
  volumeMounts: [{ name: pkcs11, mountPath: /pkcs11-out }]
{{- end -}}

{{/* {root, service, port, name, headless} */}}
{{- define "cardea.service" -}}
{{- $block := fromYaml (include "cardea.block" .) -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "cardea.fullname" .root }}-{{ .service }}
  labels: {{- include "cardea.labels" . | nindent 4 }}
  {{- with $block.service.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- if .headless }}
  # Callers balance over the pods themselves: a gRPC connection lives long.
  clusterIP: None
  {{- else }}
  type: {{ $block.service.type }}
  {{- end }}
  selector: {{- include "cardea.selector" . | nindent 4 }}
  ports: [{ name: {{ .name }}, port: {{ .port }}, targetPort: {{ .name }}, protocol: TCP }]
{{- end -}}
