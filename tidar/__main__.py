"""`python -m tidar` is the `tidar` command."""

from tidar.cli import main

raise SystemExit(main())
