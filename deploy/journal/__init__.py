"""Ce que l’on fait du journal quand tout va bien, et quand plus rien ne va."""
