{{/*
Everything here starts from the files of deploy/k8s, which the chart has by links: what a template does
not change is what kustomize applies. Lists and maps go from one definition to another as JSON; maps
that are handed over are changed in place.
*/}}

{{/* (list $ FILE): a file's text. */}}
{{- define "countermark.text" -}}
{{- $file := printf "k8s/%s" (index . 1) -}}
{{- (index . 0).Files.Get $file | required (printf "%s is not in the chart: take a package of it, or a checkout with symbolic links" $file) -}}
{{- end -}}

{{/* (list $ FILE): a file's objects. */}}
{{- define "countermark.objects" -}}
{{- $objects := list -}}
{{- range splitList "\n---\n" (include "countermark.text" .) -}}
  {{- $objects = append $objects (fromYaml .) -}}
{{- end -}}
{{- include "countermark.released" (list (index . 0) $objects) -}}
{{- toJson $objects -}}
{{- end -}}

{{/* (list $ OBJECTS): gives them what all objects of a release have. */}}
{{- define "countermark.released" -}}
{{- $root := index . 0 -}}
{{- $objects := index . 1 -}}
{{- range $object := $objects -}}
  {{- if ne $object.kind "PriorityClass" -}}
    {{- $_ := set $object.metadata "namespace" $root.Release.Namespace -}}
  {{- end -}}
  {{- $_ := set $object.metadata "labels" (default dict $object.metadata.labels) -}}
  {{- $_ := set $object.metadata.labels "app.kubernetes.io/managed-by" $root.Release.Service -}}
  {{- $_ := set $object.metadata.labels "helm.sh/chart" (printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_")) -}}
{{- end -}}
{{- range (include "countermark.text" (list $root "base/kustomization.yaml") | fromYaml).labels -}}
  {{- include "countermark.label" (list $objects .pairs) -}}
{{- end -}}
{{- end -}}

{{/* (list OBJECTS LABELS): labels of objects and their pods. */}}
{{- define "countermark.label" -}}
{{- $pairs := index . 1 -}}
{{- range $object := index . 0 -}}
  {{- range $name, $value := $pairs -}}
    {{- $_ := set $object.metadata.labels $name $value -}}
    {{- if eq $object.kind "Deployment" -}}
      {{- $_ := set $object.spec.template.metadata.labels $name $value -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* (list $ KUSTOMIZATION NAME): the literals of a generated ConfigMap. */}}
{{- define "countermark.literals" -}}
{{- $name := index . 2 -}}
{{- $data := dict -}}
{{- range (include "countermark.text" . | fromYaml).configMapGenerator -}}
  {{- if eq .name $name -}}
    {{- range .literals -}}
      {{- $pair := splitn "=" 2 . -}}
      {{- $_ := set $data $pair._0 $pair._1 -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{/* OBJECTS, as the cluster takes them. */}}
{{- define "countermark.yaml" -}}
{{- range . }}
---
{{ toYaml . }}
{{- end -}}
{{- end -}}
