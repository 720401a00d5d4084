"""Expressions in CEL: checked before they run, quick where they are plain, else judged by CEL."""
