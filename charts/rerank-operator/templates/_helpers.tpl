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

{{/* Of objects that no namespace holds, so that releases of one name in two namespaces have objects of their own. */}}
{{- define "rerank-operator.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "rerank-operator.fullname" .) -}}
{{- end -}}

{{/*
Who handles one namespace holds a lease there, whose name is the same for every release (OtherOperators.cs): a second one waits, and an operator of all
namespaces leaves that one alone.
*/}}
{{- define "rerank-operator.leaseName" -}}
{{- if .Values.watchNamespace }}rerank-operator{{ else }}{{ include "rerank-operator.fullname" . }}{{ end -}}
{{- end -}}

{{- define "rerank-operator.leaseNamespace" -}}
{{- default .Release.Namespace .Values.watchNamespace -}}
{{- end -}}

{{/* Milliseconds as the operator reads times. */}}
{{- define "rerank-operator.timeSpan" -}}
{{- $ms := int . -}}
{{- printf "%02d:%02d:%02d.%03d" (div $ms 3600000) (mod (div $ms 60000) 60) (mod (div $ms 1000) 60) (mod $ms 1000) -}}
{{- end -}}

{{/* Whether an object of the cluster is this release's own. */}}
{{- define "rerank-operator.isOwn" -}}
{{- $root := index . 0 -}}
{{- $annotations := dig "metadata" "annotations" dict (index . 1) -}}
{{- if and (eq (get $annotations "meta.helm.sh/release-name") $root.Release.Name) (eq (get $annotations "meta.helm.sh/release-namespace") $root.Release.Namespace) }}true{{ end -}}
{{- end -}}
