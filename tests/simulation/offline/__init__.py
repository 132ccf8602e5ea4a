"""An offline county in small: tills that lose power, a network that loses and doubles, a county that is restored."""
