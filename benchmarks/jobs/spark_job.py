"""An audit of a Parquet file through a local Spark session, which is part of what is timed."""

import json
import sys

import equitykit as ek
from tests.engines import spark_session

frame = spark_session().read.parquet(sys.argv[1])
print(json.dumps(ek.audit(frame, sys.argv[2]).to_dict()))
