import Commands

await Registree.runAndExit()
