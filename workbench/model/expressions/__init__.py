"""Expressions in CEL: checked before they run, quick where they are plain, judged by CEL where they are not."""
