"""Si Rojak (Ronda Jam Kerja): rosters, rounds, checkpoints, findings, coverage. Lanes and rivers by the same engine."""
