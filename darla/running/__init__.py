"""What every command and every long computation needs: files, locks, records, progress, names."""
