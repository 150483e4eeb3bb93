"""An audit of a table in PostgreSQL: `postgres_job.py ADDRESS TABLE CODEBOOK`."""

import json
import sys

import equitykit as ek

records = ek.read(sys.argv[1], table=sys.argv[2])
print(json.dumps(ek.audit(records, sys.argv[3]).to_dict()))
