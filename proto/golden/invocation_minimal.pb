

123"
rhello"$LATEST