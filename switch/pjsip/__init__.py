"""The only place that knows PJSIP."""
