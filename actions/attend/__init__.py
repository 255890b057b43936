"""多问一句话、多提一个醒: which attentive question or reminders help now, and why; otherwise silence."""
