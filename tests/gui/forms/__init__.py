"""Tests of the forms that are made from JSON Schemas."""
