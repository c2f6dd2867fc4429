"""How the commands speak: click's help and refusals in Vietnamese, and what is said of a name that nobody knows.

make passes NAME=VALUE through the environment, as ANALYSIS_NAME, so that any character is safe; the names that it was
given on its command line stand in ANALYSIS_GIVEN.
"""

import difflib
import os
import sys
from typing import NoReturn

import click

from analysis.reference import ReferenceTableError
from analysis.reference.places import UnknownPlaceError

PREFIX = "ANALYSIS_"
WIDTH = 110  # letters of a line of help, where the terminal is as wide
STOPPED = 130  # exit status of a command that was told to stop


class _Vietnamese(click.Command):
    """What a command and the group of all commands say alike."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line of the help."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Cách dùng: ")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, said in Vietnamese."""
        option = super().get_help_option(ctx)
        if option:
            option.help = "In lời giải thích này."
        return option


class VietnameseCommand(_Vietnamese):
    """A command whose help and refusals are Vietnamese; what is left over after its options is refused with a hint."""

    def __init__(self, *args, **settings):
        settings["options_metavar"] = "[TUỲ CHỌN]"
        settings["context_settings"] = {"allow_extra_args": True, "max_content_width": WIDTH}
        super().__init__(*args, **settings)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options with what each means."""
        records = [param.get_help_record(ctx) for param in self.get_params(ctx)]
        with formatter.section("Tuỳ chọn"):
            formatter.write_dl([record for record in records if record])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Raises UsageError for a name that make was given and the command does not know, and for what is left over."""
        left_over = super().parse_args(ctx, args)
        known = [param.envvar.removeprefix(PREFIX) for param in self.params if isinstance(param.envvar, str)]
        unknown = sorted(set(os.environ.get(f"{PREFIX}GIVEN", "").split()) - set(known))
        if unknown:
            near = _perhaps(difflib.get_close_matches(unknown[0], known))
            raise click.UsageError(f"Không có tham số {', '.join(unknown)}. Các tham số: {', '.join(known)}.{near}")
        if left_over:
            raise click.UsageError(f"Thừa: {' '.join(left_over)}. Viết tham số như --year 2024-2025; xem --help.")
        return left_over


class VietnameseGroup(_Vietnamese, click.Group):
    """The commands under one name, in the order in which they were written down."""

    command_class = VietnameseCommand

    def __init__(self, *args, **settings):
        settings |= {"options_metavar": "", "subcommand_metavar": "LỆNH [TUỲ CHỌN]"}
        settings["context_settings"] = {"max_content_width": WIDTH}
        super().__init__(*args, **settings)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, the first written first."""
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, and how to ask for the help of each."""
        rows = [(name, command.get_short_help_str(100)) for name, command in self.commands.items()]
        with formatter.section("Lệnh"):
            formatter.write_dl(rows)
        formatter.write_paragraph()
        formatter.write_text("analysis LỆNH --help giải thích từng lệnh.")

    def main(self, *args, **settings) -> NoReturn:
        """Do what is asked and end the process: 0, the status that the command gives back, or 2 after a refusal."""
        settings["standalone_mode"] = False
        try:
            status = super().main(*args, **settings)
        except click.Abort:
            click.echo("Đã dừng theo yêu cầu.", err=True)
            status = STOPPED
        except ReferenceTableError as problem:
            click.echo(str(problem), err=True)
            status = 1
        except UnknownPlaceError as problem:
            click.echo(str(problem), err=True)
            status = 2
        except click.ClickException as problem:
            click.echo(refusal(problem), err=True)
            status = problem.exit_code
        sys.exit(status or 0)


def refusal(problem: click.ClickException) -> str:
    """What a command is refused for, in Vietnamese; our own refusals are already."""
    match problem:
        case click.NoSuchOption():
            return f"Không có tuỳ chọn {problem.option_name}.{_perhaps(problem.possibilities or [])} Xem --help."
        case click.NoSuchCommand():
            return f"Không có lệnh {problem.command_name}.{_perhaps(problem.possibilities or [])} Xem analysis --help."
        case click.BadOptionUsage():
            return f"Tuỳ chọn {problem.option_name} thiếu giá trị, hoặc không nhận giá trị. Xem --help."
    return problem.format_message()


def _perhaps(names: list[str]) -> str:
    return f" Có phải {' hoặc '.join(names)}?" if names else ""
