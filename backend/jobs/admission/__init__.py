"""What keeps a queued job from being run now: limits, paused queues, circuits of providers; and the answer to why it waits."""
