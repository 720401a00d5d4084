"""Command handling, deliveries, projections and their scheduling, on asyncio and without Qt."""
