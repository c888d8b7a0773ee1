"""Files of text: pointers, pages, error documents, protobuf's text form."""

from __future__ import annotations

import re

from inspector.model.artifact.kinds import (
    GRAPH_FILES,
    KINDS,
    Artifact,
    Source,
    describe,
)


def _decoded(s: Source) -> str | None:
    """The head as text, or None where it is none."""
    head = s.head
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "replace")
        if sum(character.isascii() for character in text) * 2 < len(text):
            return None
    else:
        try:
            text = head.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError as error:
            if len(head) == s.size or error.start < len(error.object) - 3:
                page = re.match(rb"(?:\s|<!--[^>]{0,300}>)*<(?:!doctype html|html|head)\b", head, re.I)
                return head.decode("latin-1") if page else None
            text = error.object[: error.start].decode()
    return None if re.search("[\x00-\x08\x0b\x0e-\x1f]", text) else text


def as_text(s: Source) -> Artifact | None:
    text = _decoded(s)
    if text is None:
        return None
    start = text.lstrip()
    says = " ".join(start[:200].split())[:60]
    if start.startswith(("version https://git-lfs", "version https://hawser")):
        return _lfs(s, start)
    if re.match(r"(\.\./)*(\.git)?/annex/objects/", start):
        return s.found("git-annex-pointer")
    if start.startswith(("outs:", "md5:")) and re.search(r"^(?:- )?[ \t]*md5: [0-9a-f]{32}", start, re.M):
        return s.found("dvc-pointer")
    if re.match(r"<(!doctype html|html|head|body)\b", re.sub(r"(?s)^(<\?xml.*?\?>|<!--.*?-->|\s)*", "", start), re.I):
        title = re.search(r"(?is)<title[^>]{0,200}>(.{0,300}?)</title>", start)
        return s.found("html-page", page=" ".join(title[1].split())[:80] if title else "")
    if start.startswith(("{", "[")):
        return _json(s, start, says)
    if start.startswith("<?xml") or re.match(r"<[A-Za-z][\w:]*[ />]", start):
        error = re.search(r"<(?:Code|Message)>([^<]{0,200})", start)
        return s.found("error-document", says=error[1]) if error else s.found("xml-text")
    if start.startswith(("CAES", "EgA")) and re.fullmatch(r"[A-Za-z0-9+/=\s]+", start):
        return s.found("base64", "likely")
    return _pbtxt(s, start) or _plain(s, start, says)


def _lfs(s: Source, text: str) -> Artifact:
    from shlex import quote

    oid, size = re.search(r"^oid \w+:(\w+)", text, re.M), re.search(r"^size (\d{1,18})\b", text, re.M)
    ours = s.name in GRAPH_FILES or s.name.startswith("variables.")
    include = quote("saved_model.*,variables.*" if ours else s.name)
    data = {"oid": oid[1] if oid else "", "size": int(size[1]) if size else None}
    return describe(KINDS, "git-lfs-pointer", s.path, data, words={"include": include})


def _json(s: Source, text: str, says: str) -> Artifact:
    if '"modelTopology"' in text or '"weightsManifest"' in text:
        form = re.search(r'"format"\s*:\s*"([\w-]{1,40})"', text)
        return s.found("tfjs", format=form[1] if form else "layers-model")
    error = re.search(r'"(?:error|message|Message|error_description)"\s*:\s*"([^"]{1,200})', text)
    if s.size < 8192 and error:
        return s.found("error-document", "likely", says=error[1])
    if s.size < 8192 and re.search(r'^\s*\{\s*"errors?"\s*:', text):
        return s.found("error-document", "likely", says=says)
    return s.found("json-text", "likely")


_FIRST_FIELDS = {
    "savedmodel": ("saved_model_schema_version", "meta_graphs"),
    "metagraph-text": ("meta_info_def", "graph_def", "saver_def", "collection_def", "signature_def"),
    "graphdef-text": ("node", "library", "versions"),
    "serving-config": ("model_config_list", "platform", "backend", "max_batch_size"),
    "checkpoint-state": ("model_checkpoint_path", "all_model_checkpoint_paths"),
}


def _pbtxt(s: Source, text: str) -> Artifact | None:
    """Protobuf text by its first field."""
    match = re.match(r"(?:#[^\n]*\n\s*)*(\w{1,100})\s*[:{<]", text)
    if match is None:
        return None
    kind = next((kind for kind, names in _FIRST_FIELDS.items() if match[1] in names), "")
    if kind == "savedmodel":
        ours = s.name.endswith(".pbtxt")
        return s.found("savedmodel-file" if ours or s.name not in GRAPH_FILES else "savedmodel-text", text=True)
    if kind == "checkpoint-state":
        latest = re.search(r'model_checkpoint_path:\s*"([^"\n]{0,500})"', text)
        return s.found(kind, latest=latest[1] if latest else "none")
    if match[1] == "name" and re.search(r"^(platform|backend|max_batch_size|instance_group)\b", text, re.M):
        kind = "serving-config"
    if kind:
        return s.found(kind, "sure" if "{" in text else "likely")
    named = s.name.endswith((".pbtxt", ".prototxt", ".textproto", ".config"))
    return s.found("pbtxt-other", "likely", field=match[1]) if named else None


def _plain(s: Source, text: str, says: str) -> Artifact:
    errors = r"not found|access ?denied|forbidden|unauthori[sz]ed|invalid (user|cred)|expired|rate limit|^error"
    if s.size < 2048 and re.search(errors, text, re.I):
        return s.found("error-document", "likely", says=says)
    return s.found("text-file", says=says)
