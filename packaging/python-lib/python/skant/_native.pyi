from typing import Optional

VERSION: str

class Error(Exception): ...

def scan_bytes(data: bytes, path: bytes, min_confidence: Optional[str]) -> Optional[bytes]: ...
def scan_repository(
    path: str,
    whole_history: bool,
    revisions: Optional[list[str]],
    min_confidence: Optional[str],
    jobs: Optional[int],
) -> bytes: ...
