{{- define "citewire.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "citewire.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "citewire.labels" -}}
{{ include "citewire.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "citewire.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "citewire.name" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "citewire.image" -}}
{{- $of := .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $of .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $of (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- /* The path before that of every request, without the slash at its end. */ -}}
{{- define "citewire.prefix" -}}
{{- if .Values.ingress.enabled -}}
{{- .Values.ingress.path | trimSuffix "/" -}}
{{- end -}}
{{- end -}}

{{- define "citewire.check" -}}
{{- if and (not .Values.redis.existingSecret) (not .Values.redis.url) -}}
{{- fail "redis.url, or redis.existingSecret, says where Redis is: the chart brings none" -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) .Values.persistence.enabled (not .Values.persistence.existingClaim) (ne .Values.persistence.accessMode "ReadWriteMany") -}}
{{- fail "several replicas need one volume for uploads: persistence.accessMode=ReadWriteMany, or an existingClaim of that kind" -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.persistence.enabled) -}}
{{- fail "several replicas need one volume for uploads: persistence.enabled=true with ReadWriteMany" -}}
{{- end -}}
{{- end -}}
