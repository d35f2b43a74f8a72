"""Traces by OpenTelemetry: what runs and ingestions did, step by step, for whoever collects it."""
