{{/* (list PATH VALUES): the keys of a store. */}}
{{- define "countermark.store" -}}
{{- $path := index . 0 -}}
{{- with index . 1 -}}
{{- dict
  "COUNTERMARK_STORE_ENDPOINT" (required (printf "%s.endpoint: the address of the store, such as https://s3.example.org" $path) .endpoint)
  "COUNTERMARK_STORE_REGION" .region
  "COUNTERMARK_STORE_BUCKET" .bucket
  "COUNTERMARK_STORE_ACCESS_KEY" (required (printf "%s.accessKey: the access key of that bucket" $path) .accessKey)
  | toJson -}}
{{- end -}}
{{- end -}}

{{/* (list DATA...): those that are not empty, as text; later ones over earlier ones. */}}
{{- define "countermark.data" -}}
{{- $data := dict -}}
{{- range . -}}
  {{- range $key, $value := . -}}
    {{- if $value -}}
      {{- $_ := set $data $key (toString $value) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{/* $: what gateway and signers have in the environment. */}}
{{- define "countermark.packages-side" -}}
{{- $set := dict
  "COUNTERMARK_PUBLIC_URL" (required "publicUrl: what clients call the platform, such as https://packages.example.org" .Values.publicUrl)
  "COUNTERMARK_TOPICS_PARTITIONS" .Values.kafka.topics.partitions
  "COUNTERMARK_TOPICS_REPLICAS" .Values.kafka.topics.replicas
  "KAFKA_BOOTSTRAP_SERVERS" (required "kafka.bootstrapServers: the brokers, such as kafka.example.org:9093" .Values.kafka.bootstrapServers)
  "KAFKA_SECURITY_PROTOCOL" .Values.kafka.securityProtocol
  "KAFKA_SASL_MECHANISM" .Values.kafka.saslMechanism
-}}
{{- if .Values.kafka.credentials -}}
  {{- $credentials := include "countermark.literals" (list . "production/kustomization.yaml" "packages-side") | fromJson -}}
  {{- $_ := set $set "SMALLRYE_CONFIG_LOCATIONS" $credentials.SMALLRYE_CONFIG_LOCATIONS -}}
{{- end -}}
{{- include "countermark.data" (list
  (include "countermark.literals" (list . "base/kustomization.yaml" "packages-side") | fromJson)
  (include "countermark.store" (list "packages.store" .Values.packages.store) | fromJson)
  $set
  .Values.packages.configuration) -}}
{{- end -}}

{{/* $: what the key service has in the environment. */}}
{{- define "countermark.keys-side" -}}
{{- include "countermark.data" (list
  (include "countermark.literals" (list . "base/kustomization.yaml" "keys-side") | fromJson)
  (include "countermark.store" (list "keys.store" .Values.keys.store) | fromJson)
  .Values.keys.configuration) -}}
{{- end -}}

{{/* $: what a gateway has in addition where all clients have one address. */}}
{{- define "countermark.behind-a-proxy" -}}
{{- include "countermark.literals" (list . "production/kustomization.yaml" "behind-a-proxy") -}}
{{- end -}}

{{/* (list $ NAME DATA): a ConfigMap. Its name stays; pods have a checksum of what they read. */}}
{{- define "countermark.config-map" -}}
{{- $map := dict "apiVersion" "v1" "kind" "ConfigMap" "metadata" (dict "name" (index . 1)) "data" (index . 2) -}}
{{- include "countermark.released" (list (index . 0) (list $map)) -}}
{{- toJson $map -}}
{{- end -}}

{{/* (list $ FOLDER NAME): the ConfigMap of a service's own file. */}}
{{- define "countermark.properties" -}}
{{- $root := index . 0 -}}
{{- $data := dict "application.properties" (include "countermark.text" (list $root (printf "base/%s/application.properties" (index . 1)))) -}}
{{- include "countermark.config-map" (list $root (index . 2) $data) -}}
{{- end -}}
