"""What the client can do, folded once into a few booleans that the handlers read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """The abilities of the connected client that make a difference to us."""

    pulls_diagnostics: bool = False
    related_information: bool = False
    code_description: bool = False
    diagnostic_data: bool = False
    markdown: bool = False
    resolves_commands: bool = False
    resolves_edits: bool = False
    shows_documents: bool = False
    progress: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_file_watchers: bool = False
    refreshes_diagnostics: bool = False
    versioned_edits: bool = False
    previews_edits: bool = False
    refreshes_lenses: bool = False
    shows_hints: bool = False
    shows_dialogues: bool = False
    shows_status: bool = False
    previews_changes: bool = False
    runs_links: bool = False
    offers_choices: bool = False
    code_action_literals: bool = False
    tags_llm_actions: bool = False


def read(capabilities: types.ClientCapabilities) -> Client:
    """Folds a client's capabilities; whatever is missing counts as no."""
    text = capabilities.text_document
    workspace = capabilities.workspace
    window = capabilities.window
    publish = text.publish_diagnostics if text else None
    pull = text.diagnostic if text else None
    refresh = bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)
    hover = text.hover.content_format if text and text.hover else None
    action = text.code_action if text else None
    resolve = action.resolve_support.properties if action and action.resolve_support else ()
    edit = workspace.workspace_edit if workspace else None
    configuration = workspace.did_change_configuration if workspace else None
    watchers = workspace.did_change_watched_files if workspace else None
    experimental: Any = capabilities.experimental or {}
    own = (
        experimental.get("meno", {}) if isinstance(experimental, dict) else getattr(experimental, "meno", {})
    )
    return Client(
        # Pull only with refresh: without it the model's late findings could not reach the screen.
        pulls_diagnostics=bool(pull and refresh),
        refreshes_diagnostics=refresh,
        related_information=bool(
            (publish and publish.related_information) or (pull and pull.related_document_support)
        ),
        code_description=bool(publish and publish.code_description_support),
        diagnostic_data=bool(publish and publish.data_support),
        markdown=bool(hover and types.MarkupKind.Markdown in hover),
        resolves_commands="command" in resolve and bool(action and action.data_support),
        resolves_edits="edit" in resolve and bool(action and action.data_support),
        shows_documents=bool(window and window.show_document and window.show_document.support),
        progress=bool(window and window.work_done_progress),
        configuration=bool(workspace and workspace.configuration),
        registers_file_watchers=bool(watchers and watchers.dynamic_registration),
        registers_configuration=bool(configuration and configuration.dynamic_registration),
        versioned_edits=bool(edit and edit.document_changes),
        previews_edits=bool(edit and edit.document_changes and edit.change_annotation_support),
        refreshes_lenses=bool(workspace and workspace.code_lens and workspace.code_lens.refresh_support),
        shows_hints=_has(own, "showHint"),
        shows_dialogues=_has(own, "dialogue"),
        shows_status=_has(own, "status"),
        previews_changes=_has(own, "previewChange"),
        runs_links=_has(own, "hoverCommands"),
        offers_choices=bool(window and window.show_message),
        code_action_literals=bool(action and action.code_action_literal_support),
        tags_llm_actions=bool(action and action.tag_support),
    )


def _has(own: Any, ability: str) -> bool:
    """Whether a client names one of our own abilities, in whatever form the object arrived."""
    return bool(own.get(ability) if isinstance(own, dict) else getattr(own, ability, False))
