"""Exports whole tables, a CSV each, for the second computation of the figures: no figure is computed here.

    exports.py URL FOLDER
"""

import os
import subprocess
import sys
from pathlib import Path

PSQL = "/usr/lib/postgresql/15/bin/psql"
TABLES = """region office office_member account role_grant campaign visit lead lead_event lead_outcome lead_feedback lead_link case_file case_lead case_person person
  handling review recommendation interview publication education commendation indicator""".split()


def psql(url, script):
    options = {"PGOPTIONS": "-c timezone=UTC -c datestyle=ISO -c search_path=zoufang"}
    subprocess.run([PSQL, "-Xq", url, "-v", "ON_ERROR_STOP=1", "-f", "-"], input=script, text=True, env=os.environ | options, check=True)


def export(url, folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    psql(url, "".join(f"\\copy {table} to '{folder}/{table}.csv' (format csv, header)\n" for table in TABLES))


if __name__ == "__main__":
    export(*sys.argv[1:3])
