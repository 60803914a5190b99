"""A filing that was sent to the province: who has not registered is filed as seeking."""

from quxiang.demo.changes import Office


async def send_filing(office: Office) -> None:
    """Prepares a file of the whole cohort, and notes that it was sent."""
    officer = office.school_officer
    body = {
        "school_code": office.school,
        "cohort": office.cohort,
        "recipient": "province",
        "format": "A",
        "unregistered": "as_seeking",
    }
    taken = await office.campus.call("destinations", "POST", "/v1/filings", officer, json=body)
    if not taken:
        return
    ended = await office.campus.finished("destinations", taken, officer)
    path = f"/v1/filings/{ended['result']['id']}"
    filing = await office.campus.call("destinations", "GET", path, officer)
    await office.campus.call("destinations", "POST", f"{path}/send", officer, version=filing["version"])
