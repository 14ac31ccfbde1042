"""Where a walk is, and why it stopped: verdicts, critical points, a point looked at closely, ways out, stability."""
