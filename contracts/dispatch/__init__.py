"""What dispatch says: units and the jobs they are sent to, offers to crews, their tours of duty, and jobs that wait."""
