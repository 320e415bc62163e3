{{/* The network policies that the operator makes let pods of this name in, so it can't be chosen. */}}
{{- define "rerank-operator.name" -}}
rerank-operator
{{- end -}}

{{/* Name of every object of the release. Not twice the chart's name when the release already has it. */}}
{{- define "rerank-operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else -}}
{{- $name := include "rerank-operator.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "rerank-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "rerank-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "rerank-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "rerank-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: rerank-operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Without the chart's version, so that a new chart alone restarts no pod. */}}
{{- define "rerank-operator.podLabels" -}}
{{ include "rerank-operator.selectorLabels" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: rerank-operator
{{- end -}}

{{- define "rerank-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "rerank-operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Reference of an image: list of root context and one of .Values.images. */}}
{{- define "rerank-operator.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with $root.Values.images.registry }}{{ . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default $root.Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}

{{- define "rerank-operator.leaseName" -}}
{{- include "rerank-operator.fullname" . -}}
{{- end -}}
