"""What a person does with dead letters: list, replay, edit, archive, purge and restore them, one or many."""

from workbench.services.dead_letters.dead_letter_jobs import ACTIONS, DeadLetterJobs
from workbench.services.dead_letters.dead_letter_service import OPEN, DeadLetters, Report
from workbench.services.dead_letters.job_report import JobReport

__all__ = ["ACTIONS", "OPEN", "DeadLetterJobs", "DeadLetters", "JobReport", "Report"]
