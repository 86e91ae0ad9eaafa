Console.WriteLine("integration-worker");
