import meeting

meeting.part_runs.append(1)
runs = len(meeting.part_runs)
