{{/*
Fills in what .Values lacks, from the chart's own copy of its defaults. `helm upgrade --reuse-values` takes the values of the release as they were, with the
defaults of the chart of then, so that what the chart has learnt since is not there: neither keys nor whole groups. Every template begins with this, and
may then trust every value of values.yaml to be there.
*/}}
{{- define "rerank-operator.defaults" -}}
{{- include "rerank-operator.fill" (list .Values (.Files.Get "files/values.yaml" | fromYaml)) -}}
{{- end -}}

{{/* List of values and defaults. By hand, because merge takes false, 0 and "" for values that are not there. */}}
{{- define "rerank-operator.fill" -}}
{{- $values := index . 0 -}}
{{- range $key, $default := index . 1 -}}
{{- $value := get $values $key -}}
{{- if or (not (hasKey $values $key)) (kindIs "invalid" $value) -}}
{{- $_ := set $values $key $default -}}
{{- else if and (kindIs "map" $default) (kindIs "map" $value) -}}
{{- include "rerank-operator.fill" (list $value $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}
