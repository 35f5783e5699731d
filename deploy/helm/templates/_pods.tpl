{{/*
Changes a Deployment by the values of its service.
  root        $
  deployment  the object
  values      of the service
  folder      below base, for its file of properties
  read        ConfigMaps' data that it has in the environment
  patch       the file that adds what is to ask the broker with; none without a broker
*/}}
{{- define "countermark.pod" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $pod := .deployment.spec.template.spec -}}
{{- $container := first $pod.containers -}}

{{- $ours := printf "%s:%s" (list $root.Values.image.registry $container.image | compact | join "/") (default $root.Chart.AppVersion $root.Values.image.tag) -}}
{{- $_ := set $container "image" (default $ours $values.image) -}}
{{- with $root.Values.image.pullPolicy -}}
  {{- $_ := set $container "imagePullPolicy" . -}}
{{- end -}}
{{- with $root.Values.image.pullSecrets -}}
  {{- $secrets := list -}}
  {{- range . -}}{{- $secrets = append $secrets (dict "name" .) -}}{{- end -}}
  {{- $_ := set $pod "imagePullSecrets" $secrets -}}
{{- end -}}

{{- with $values.resources -}}
  {{- $_ := set $container "resources" . -}}
{{- end -}}
{{- range $name := list "affinity" "nodeSelector" "priorityClassName" "tolerations" "topologySpreadConstraints" -}}
  {{- with index $values $name -}}
    {{- $_ := set $pod $name . -}}
  {{- end -}}
{{- end -}}
{{- range $name, $value := $values.env -}}
  {{- $_ := set $container "env" (append (default list $container.env) (dict "name" $name "value" $value)) -}}
{{- end -}}

{{- if and .patch $root.Values.kafka.credentials -}}
  {{- $patch := (include "countermark.text" (list $root .patch) | fromYaml).spec.template.spec -}}
  {{- $volume := first $patch.volumes -}}
  {{- $_ := set $volume.secret "secretName" (default $volume.secret.secretName $values.kafkaSecretName) -}}
  {{- $_ := set $pod "volumes" (prepend $pod.volumes $volume) -}}
  {{- $_ := set $container "volumeMounts" (concat (first $patch.containers).volumeMounts $container.volumeMounts) -}}
{{- end -}}
{{- range $pod.volumes -}}
  {{- if eq .name "secrets" -}}
    {{- $_ := set .secret "secretName" (default .secret.secretName $values.secretName) -}}
  {{- end -}}
{{- end -}}

{{- $metadata := .deployment.spec.template.metadata -}}
{{- $_ := set $metadata "labels" (merge $metadata.labels (default dict $values.podLabels)) -}}
{{- $_ := set $metadata "annotations" (mergeOverwrite $metadata.annotations (default dict $values.podAnnotations)) -}}
{{- $file := include "countermark.text" (list $root (printf "base/%s/application.properties" .folder)) -}}
{{- $_ := set $metadata.annotations "checksum/configuration" (append .read $file | toJson | sha256sum) -}}
{{- end -}}

{{/* (dict "scaler" OBJECT "values" SCALING): its bounds, of whichever kind it is. */}}
{{- define "countermark.scale" -}}
{{- $spec := .scaler.spec -}}
{{- $hpa := eq .scaler.kind "HorizontalPodAutoscaler" -}}
{{- if hasKey .values "minReplicas" -}}
  {{- $_ := set $spec (ternary "minReplicas" "minReplicaCount" $hpa) .values.minReplicas -}}
{{- end -}}
{{- if hasKey .values "maxReplicas" -}}
  {{- $_ := set $spec (ternary "maxReplicas" "maxReplicaCount" $hpa) .values.maxReplicas -}}
{{- end -}}
{{- if and $hpa .values.cpu -}}
  {{- $_ := set (first $spec.metrics).resource.target "averageValue" .values.cpu -}}
{{- end -}}
{{- end -}}
